import { count } from './numbers.js';
import { boundsOf } from './trace.js';

const KEYS_SHOWN = 20;

/**
 * One call of a store, or a read that came with it: a bar in time, and below it, once opened, what was
 * asked and for what.
 */
export function Call({ call, explain, length }) {
  const percent = (milliseconds) => `${(100 * milliseconds) / length}%`;
  return (
    <details className="call" data-store={call.store} data-failed={call.error}>
      <summary>
        <span className="table">
          <b>{call.table}</b>
          {call.index && <i>{call.index}</i>}
        </span>
        <span className="size">{sizeOf(call)}</span>
        <svg className="lane" height="10" width="100%" aria-hidden="true">
          <rect className="track" width="100%" height="10" rx="3" />
          <rect
            className="bar"
            x={percent(call.startedAt)}
            width={percent(call.milliseconds)}
            height="10"
            rx="3"
          />
        </svg>
      </summary>
      <Facts call={call} bounds={boundsOf(call, explain)} />
    </details>
  );
}

function sizeOf({ rows, milliseconds, error, cameWith }) {
  const told = error ?? (rows === undefined ? null : count(rows, 'row'));
  const when = cameWith ? `with ${cameWith}` : `${milliseconds.toFixed(1)} ms`;
  return [told, when].filter(Boolean).join(' · ');
}

function Facts({ call, bounds }) {
  const facts = {
    store: `${call.store}, ${call.operation}`,
    'asked for by': call.paths,
    keys: keysOf(call.keys),
    columns: call.attributes.join(', '),
    SQL: call.sql,
    'read units': call.consumedCapacity,
    'at most': bounds.map(({ bound }) => boundOf(bound)),
    began: `${call.startedAt.toFixed(1)} ms after the request`,
  };
  return (
    <dl>
      {Object.entries(facts).map(([name, fact]) => (
        <Fact key={name} name={name} lines={[fact ?? []].flat()} />
      ))}
    </dl>
  );
}

function Fact({ name, lines }) {
  return (
    lines.length > 0 && (
      <>
        <dt>{name}</dt>
        <dd>
          {lines.map((line, place) => (
            <div key={place}>{line}</div>
          ))}
        </dd>
      </>
    )
  );
}

function keysOf(keys) {
  const shown = keys.slice(0, KEYS_SHOWN).map((key) =>
    Object.entries(key)
      .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
      .join(', '),
  );
  const left = keys.length - shown.length;
  return left ? [...shown, `and ${count(left, 'other')}`] : shown;
}

function boundOf({ calls, rows, readUnits }) {
  const parts = [count(calls, 'call'), count(rows, 'row')];
  return [...parts, ...(readUnits ? [count(readUnits, 'read unit')] : [])].join(', ');
}
