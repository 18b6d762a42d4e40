/** A number as people read it. */
export const number = (value) => value.toLocaleString('en', { maximumFractionDigits: 1 });

/** The sum of a figure of each; what has none counts nothing. */
export const sum = (all, figure) => all.reduce((total, one) => total + (figure(one) ?? 0), 0);

/** A number and what it is of. */
export const count = (value, of) => `${number(value)} ${of}${value === 1 ? '' : 's'}`;
