export default () => 'revisions';
