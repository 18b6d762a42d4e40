import { useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';
import { Call } from './call.jsx';
import { useExplanation } from './explanation.js';
import { ExplainIcon } from './icons.jsx';
import { Figures } from './figures.jsx';
import { levelsOf, lengthOf } from './trace.js';

/** Draws what the last answer asked of the stores, and when. */
function Explain() {
  useEffect(() => {
    useExplanation.setState({ wanted: true });
    return () => useExplanation.setState({ wanted: false });
  }, []);
  const last = useExplanation((state) => state.last);
  return (
    <section className="explain" aria-label="Explain">
      <h2>Explain</h2>
      {last?.trace ? <Drawing {...last} /> : <Missing last={last} />}
    </section>
  );
}

function Missing({ last }) {
  const { run, stop } = useGraphiQLActions();
  const runAnew = () => {
    stop(); // `run` alone would do no more than end a subscription
    run();
  };
  return last?.asked ? (
    <p>The gateway told nothing of this answer. It shows traces to staff alone, and of no refused document.</p>
  ) : (
    <>
      <p>
        {last
          ? 'This panel was closed when the operation began. Run it again to see what it asks of the stores.'
          : 'Run an operation to see what it asks of the stores.'}
      </p>
      <button type="button" className="graphiql-button" onClick={runAnew}>
        Run
      </button>
    </>
  );
}

function Drawing({ name, trace, explain }) {
  const length = lengthOf(trace);
  return (
    <>
      <Figures name={name} trace={trace} explain={explain} />
      {trace.length > 0 && <Axis length={length} />}
      {levelsOf(trace).map((calls, above) => (
        <section className="level" key={above} aria-label={`Level ${above + 1}`}>
          <h3>Level {above + 1}</h3>
          {calls.map((call, place) => (
            <Call key={place} call={call} explain={explain} length={length} />
          ))}
        </section>
      ))}
    </>
  );
}

function Axis({ length }) {
  return (
    <div className="axis" aria-hidden="true">
      {[0, 1, 2, 3].map((quarter) => (
        <span key={quarter}>{((length * quarter) / 4).toFixed(length < 40 ? 1 : 0)}</span>
      ))}
      <span>ms</span>
    </div>
  );
}

export const EXPLAIN_PLUGIN = { title: 'Explain', icon: ExplainIcon, content: Explain };
