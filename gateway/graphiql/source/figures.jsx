import { number, sum } from './numbers.js';
import { readsOf } from './trace.js';

const COLUMNS = { calls: 'calls', rows: 'rows', readUnits: 'read units' };

/** What an operation asked of the stores in all, beside what it may ask at most. */
export function Figures({ name, trace, explain }) {
  const asked = {
    calls: trace.length,
    rows: sum(trace.flatMap(readsOf), ({ rows }) => rows),
    readUnits: sum(trace, ({ consumedCapacity }) => consumedCapacity),
  };
  return (
    <table className="figures">
      <thead>
        <tr>
          <th>{name ?? 'The operation'}</th>
          {Object.values(COLUMNS).map((title) => (
            <th key={title}>{title}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        <Line title="it took" figures={asked} />
        {explain && <Line title="at most" figures={explain.bound} />}
      </tbody>
    </table>
  );
}

function Line({ title, figures }) {
  return (
    <tr>
      <th>{title}</th>
      {Object.keys(COLUMNS).map((name) => (
        <td key={name}>{number(figures[name])}</td>
      ))}
    </tr>
  );
}
