export default () => 'overview';
