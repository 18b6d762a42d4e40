// What the gateway tells the page: see `Page` in ../__init__.py.
export const root = document.getElementById('graphiql');
export const { endpoint, examples, callers, subjects } = JSON.parse(root.dataset.page);
