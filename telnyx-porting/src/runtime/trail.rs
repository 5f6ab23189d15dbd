//! What a request for a further page knows of the pages before.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;

/// What a request for a further page knows of the pages before, to notice a server that goes round
/// in circles.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail {
    /// The last page's body, if it held items.
    pub(crate) body: Option<Bytes>,
    /// How many pages in a row have been empty.
    pub(crate) empty_pages: u32,
    /// Whether there has been a page before.
    pub(crate) continued: bool,
    /// The positions of the pages that led here, where pages name the one that follows.
    pub(crate) passed: Passed,
}

/// So many positions are remembered one by one.
const RECENT: usize = 16;

/// The positions that a list has passed, as far as it takes to notice that one comes again.
///
/// Its size does not grow with the list. A circle of up to [`RECENT`] pages is noticed before any
/// of them comes twice. One that is longer is noticed by Brent's method: one position is kept as a
/// mark until the list is twice as long. That takes fewer than three times as many pages as there
/// are different ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Passed {
    count: u64,
    /// The last of them in no order; all of them, or as many as there is room for.
    recent: [u64; RECENT],
    /// The one at the last power of two.
    mark: u64,
}

impl Passed {
    /// Adds the position of this page, unless `next`, that of the next one, shows a circle.
    ///
    /// # Errors
    ///
    /// Says what is wrong with a position that comes again.
    pub(crate) fn with(&self, here: Option<u64>, next: u64) -> Result<Self, &'static str> {
        if here == Some(next) {
            return Err("the server names this page as the one that follows it");
        }
        if self.knows(next) {
            return Err("the server names a page that came before as the one that follows");
        }
        let mut passed = self.clone();
        if let Some(here) = here {
            passed.add(here);
        }
        Ok(passed)
    }

    fn knows(&self, position: u64) -> bool {
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        count > 0 && (self.mark == position || self.recent.iter().take(count).any(|recent| *recent == position))
    }

    fn add(&mut self, position: u64) {
        let place = usize::try_from(self.count % RECENT as u64).ok().and_then(|place| self.recent.get_mut(place));
        if let Some(place) = place {
            *place = position;
        }
        self.count = self.count.saturating_add(1);
        if self.count.is_power_of_two() {
            self.mark = position;
        }
    }
}

/// What stands for the text that names a page.
pub(crate) fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many pages it is noticed that a list, after some pages at its beginning, is a circle.
    fn pages_until_noticed(before: u64, circle: u64) -> u64 {
        let position = |page: u64| if page < before { page } else { before + (page - before) % circle };
        let mut passed = Passed::default();
        for page in 0.. {
            match passed.with(Some(position(page)), position(page + 1)) {
                Ok(further) => passed = further,
                Err(_) => return page + 1,
            }
        }
        unreachable!("the pages never end")
    }

    #[test]
    fn every_circle_is_noticed() {
        for before in (0..40).chain([100, 999, 1_000, 1_023, 1_024, 1_025]) {
            for circle in (1..70).chain([127, 128, 129, 1_000, 1_024, 3_000]) {
                let different = before + circle;
                let pages = pages_until_noticed(before, circle);
                assert!(pages >= different && pages < 3 * different.max(2), "{before} and {circle}: {pages} pages");
                if circle <= RECENT as u64 {
                    assert_eq!(pages, different, "{before} and {circle}: noticed late");
                }
            }
        }
    }

    /// Zero is a position like any other, though the memory begins with zeros.
    #[test]
    fn only_what_names_a_page_is_remembered() {
        let passed = Passed::default().with(None, 0).unwrap();
        assert!(passed.with(None, 0).is_ok());
        assert!(passed.with(Some(0), 1).unwrap().with(Some(1), 0).is_err());
    }
}
