export default () => 'account';
