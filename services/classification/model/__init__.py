"""From text to verdict: pure code over the taxonomies and the lexicon, which are data files beside it."""
