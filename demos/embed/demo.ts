import 'attention-playground/element';

// The elements follow the system by themselves; here they follow the page's own switches.
document.addEventListener('page-look', ({ detail: { lang, theme } }) => {
  for (const element of document.querySelectorAll('attention-playground')) {
    element.setAttribute('lang', lang);
    element.setAttribute('theme', theme);
  }
});
