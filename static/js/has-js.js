// Runs before anything is drawn, so that nothing is laid out twice: what needs scripts is shown, and
// hidden again where one of the page does not load. Then what works without them is there.
document.documentElement.classList.add('has-js');
addEventListener('error', ({ target }) => {
  if (target.matches?.('script[defer], script[type=module]')) document.documentElement.classList.remove('has-js');
}, true);
