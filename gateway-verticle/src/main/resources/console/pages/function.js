export default () => 'function';
