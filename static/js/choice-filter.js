// Cards to choose from, and advanced settings: only those that hold the words typed above them.
function filter(input) {
  const field = input.closest('fieldset, details');
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const cards = [...field.querySelectorAll('.choice-card, :scope > .param-row')];
  for (const card of cards) {
    const text = card.textContent.toLowerCase();
    card.hidden = !words.every((word) => text.includes(word));
    // What belongs to a setting stands behind it.
    for (let next = card.nextElementSibling; next?.matches('.inside'); next = next.nextElementSibling) next.hidden = card.hidden;
  }
  field.querySelector('[data-no-choice]').hidden = cards.some((card) => !card.hidden);
  const more = field.querySelector('.more-choices');
  if (!more) return;
  if (words.length) more.open = true;
  more.hidden = words.length > 0 && ![...more.querySelectorAll('.choice-card')].some((card) => !card.hidden);
}

export function showFilters() {
  for (const input of document.querySelectorAll('[data-choice-filter]')) input.hidden = false;
}

document.addEventListener('input', (event) => {
  if (event.target.matches('[data-choice-filter]')) filter(event.target);
});
showFilters();
