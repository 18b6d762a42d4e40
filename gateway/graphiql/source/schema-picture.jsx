import { DOC_EXPLORER_PLUGIN, useDocExplorerActions } from '@graphiql/plugin-doc-explorer';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { isInterfaceType } from 'graphql';
import { useMemo, useState } from 'react';
import { subjects } from './config.js';
import { SchemaIcon } from './icons.jsx';
import { Lines } from './lines.jsx';
import { linksOf } from './links.js';

/** The schema by subject: its types and interfaces, and what leads from one to another. */
function SchemaPicture() {
  const schema = useGraphiQL((state) => state.schema);
  const [large, setLarge] = useState(false);
  return (
    <section className={large ? 'picture large' : 'picture'} aria-label="Schema">
      <h2>
        Schema
        <button type="button" className="graphiql-button" onClick={() => setLarge(!large)}>
          {large ? 'Smaller' : 'Larger'}
        </button>
      </h2>
      {schema ? <Picture schema={schema} /> : <p>There is no schema to draw.</p>}
    </section>
  );
}

function Picture({ schema }) {
  const [pointed, setPointed] = useState(null);
  const links = useMemo(() => linksOf(schema, subjects), [schema]);
  const near = new Set(links.flatMap(({ ends }) => (ends.includes(pointed) ? ends : [])));
  return (
    <>
      <p className="hint">{hintOf(schema.getType(pointed))}</p>
      <div className="canvas" data-pointed={pointed}>
        <Lines links={links} pointed={pointed} />
        {Object.entries(subjects).map(([subject, names]) => (
          <div className="subject" key={subject} data-subject={subject}>
            <h3>{subject}</h3>
            {sorted(names, schema).map((type) => (
              <Type key={type.name} type={type} near={near.has(type.name)} point={setPointed} />
            ))}
          </div>
        ))}
      </div>
    </>
  );
}

const hintOf = (type) =>
  type ? `${type.name}: ${type.description}` : 'Point at a type to see its links; click for its docs.';

/** The interfaces first. */
function sorted(names, schema) {
  const types = names.map((name) => schema.getType(name)).filter(Boolean);
  return types.toSorted((one, other) => isInterfaceType(other) - isInterfaceType(one));
}

function Type({ type, near, point }) {
  const { setVisiblePlugin } = useGraphiQLActions();
  const { push } = useDocExplorerActions();
  const open = () => {
    push({ name: type.name, def: type });
    setVisiblePlugin(DOC_EXPLORER_PLUGIN);
  };
  return (
    <button
      type="button"
      className={isInterfaceType(type) ? 'type interface' : 'type'}
      data-type={type.name}
      data-near={near || undefined}
      onClick={open}
      onPointerEnter={() => point(type.name)}
      onPointerLeave={() => point(null)}
      onFocus={() => point(type.name)}
      onBlur={() => point(null)}
    >
      {type.name}
    </button>
  );
}

export const SCHEMA_PLUGIN = { title: 'Schema', icon: SchemaIcon, content: SchemaPicture };
