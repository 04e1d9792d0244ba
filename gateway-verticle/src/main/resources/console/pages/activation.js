export default () => 'activation';
