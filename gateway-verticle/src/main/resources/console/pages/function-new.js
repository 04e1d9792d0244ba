export default () => 'function-new';
