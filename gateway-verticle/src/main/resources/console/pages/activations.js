export default () => 'activations';
