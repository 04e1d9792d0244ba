import { h, render } from 'preact';
import { useState } from 'preact/hooks';
import htm from 'htm';

const html = htm.bind(h);

function App() {
  const [name] = useState('FaaS console');
  return html`<h1>${name}</h1>`;
}

render(html`<${App} />`, document.getElementById('app'));
