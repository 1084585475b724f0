// On paper pictures are scaled to its columns, which are not those of the window.
addEventListener('beforeprint', () => {
  for (const picture of document.querySelectorAll('.chart .main-svg')) {
    picture.setAttribute('viewBox', `0 0 ${picture.getAttribute('width')} ${picture.getAttribute('height')}`);
  }
});
addEventListener('afterprint', () => {
  for (const picture of document.querySelectorAll('.chart .main-svg')) picture.removeAttribute('viewBox');
});
