export default () => 'keys';
