import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';
import { callers } from './config.js';

const kept = { name: 'quintet:caller', storage: createJSONStorage(() => sessionStorage) };
const useChosen = create(persist(() => ({ name: callers[0]?.name }), kept));

const named = (name) => callers.find((caller) => caller.name === name) ?? callers[0];

/** The header that tells who asks, unless nobody does. */
export function callerHeaders() {
  const authorization = named(useChosen.getState().name)?.authorization;
  return authorization ? { Authorization: authorization } : {};
}

/** Lets people choose as whom they ask. */
export function CallerPicker() {
  const chosen = named(useChosen((state) => state.name));
  const groups = Object.entries(Object.groupBy(callers, ({ group }) => group));
  const choose = (event) => useChosen.setState({ name: event.target.value });
  return (
    <label className="caller" title={chosen.about}>
      Ask as
      <select value={chosen.name} onChange={choose}>
        {groups.map(([group, members]) => (
          <optgroup key={group} label={group}>
            {members.map(({ name, about }) => (
              <option key={name} value={name}>{`${name}: ${about}`}</option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
