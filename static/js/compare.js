// The button that prints the comparison.
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-print]')) window.print();
});
