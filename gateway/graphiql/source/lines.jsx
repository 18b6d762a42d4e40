import { useLayoutEffect, useRef, useState } from 'react';

const BOW = 48;

/** The links as curves between the types, which stand where the browser has put them. */
export function Lines({ links, pointed }) {
  const lines = useRef(null);
  const places = usePlaces(lines);
  return (
    <svg className="lines" ref={lines} aria-hidden="true">
      {links.map(({ ends: [one, other], isInterface }) => (
        <path
          key={`${one} ${other}`}
          d={curve(places[one], places[other])}
          data-near={one === pointed || other === pointed || undefined}
          data-interface={isInterface || undefined}
        />
      ))}
    </svg>
  );
}

/** The middle of each type within the canvas that the lines are on, by its name. */
function usePlaces(lines) {
  const [places, setPlaces] = useState({});
  useLayoutEffect(() => {
    const canvas = lines.current.parentElement;
    const observer = new ResizeObserver(() => setPlaces(placesIn(canvas)));
    observer.observe(canvas);
    return () => observer.disconnect();
  }, [lines]);
  return places;
}

function placesIn(canvas) {
  const { left, top } = canvas.getBoundingClientRect();
  const types = [...canvas.querySelectorAll('[data-type]')];
  return Object.fromEntries(
    types.map((type) => {
      const box = type.getBoundingClientRect();
      const place = { x: box.left - left + box.width / 2, y: box.top - top + box.height / 2 };
      return [type.dataset.type, place];
    }),
  );
}

/** From one place to another, bowed so that lines of one column do not lie on each other. */
function curve(from, to) {
  if (!from || !to) return '';
  const x = (from.x + to.x) / 2 + bow(from.y - to.y);
  const y = (from.y + to.y) / 2 + bow(to.x - from.x);
  return `M${from.x} ${from.y}Q${x} ${y} ${to.x} ${to.y}`;
}

const bow = (distance) => Math.max(-BOW, Math.min(BOW, distance / 5));
