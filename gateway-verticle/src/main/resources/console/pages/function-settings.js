export default () => 'function-settings';
