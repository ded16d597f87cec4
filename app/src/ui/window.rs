//! Which rows of a long list are drawn: arithmetic only.

/// Rows drawn above and below what is visible, so that a quick scroll shows no gap.
pub(super) const OVERSCAN_ROWS: usize = 6;

/// The first drawn row and how many are drawn.
pub(super) fn visible(top: f64, height: f64, row_height: f64, count: usize) -> (usize, usize) {
    let first = (top.max(0.0) / row_height) as usize;
    let shown = pool_size(height, row_height);
    let first = first
        .saturating_sub(OVERSCAN_ROWS)
        .min(count.saturating_sub(shown));
    (first, shown.min(count - first.min(count)))
}

/// The rows of which at least a part is visible.
pub(super) fn in_sight(top: f64, height: f64, row_height: f64) -> std::ops::Range<usize> {
    let first = (top.max(0.0) / row_height) as usize;
    first..((top.max(0.0) + height) / row_height).ceil() as usize
}

/// How many row components serve a viewport of this height.
pub(super) fn pool_size(height: f64, row_height: f64) -> usize {
    (height / row_height).ceil() as usize + 1 + 2 * OVERSCAN_ROWS
}

/// The row number that a slot of the pool draws, if any.
///
/// A row keeps its slot while it stays in the window, so scrolling by one row redraws one slot.
pub(super) fn row_of_slot(slot: usize, pool: usize, first: usize, shown: usize) -> Option<usize> {
    let row = first + (slot + pool - first % pool) % pool;
    (row < first + shown).then_some(row)
}

/// Where to scroll so that a row is fully visible below a head of `head` pixels; `None` if it is.
pub(super) fn scroll_to_show(row: usize, row_height: f64, top: f64, height: f64) -> Option<f64> {
    let row_top = row as f64 * row_height;
    if row_top < top {
        Some(row_top)
    } else if row_top + row_height > top + height {
        Some(row_top + row_height - height)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_covers_what_is_visible_and_ends_with_the_list() {
        for (top, count) in [
            (0.0, 10_000),
            (1234.0, 10_000),
            (359_000.0, 10_000),
            (0.0, 3),
            (0.0, 0),
        ] {
            let (first, shown) = visible(top, 800.0, 36.0, count);
            assert!(first + shown <= count);
            let last_visible = (((top + 800.0) / 36.0).ceil() as usize).min(count);
            assert!(
                first + shown >= last_visible,
                "{top} {count}: {first} {shown}"
            );
        }
    }

    #[test]
    fn what_is_in_sight_is_drawn() {
        for top in [0.0, 1234.0, 3590.0] {
            let (first, shown) = visible(top, 800.0, 36.0, 10_000);
            let seen = in_sight(top, 800.0, 36.0);
            assert!(first <= seen.start && seen.end <= first + shown, "{top}");
            assert!(seen.start as f64 * 36.0 <= top);
            assert!(seen.end as f64 * 36.0 >= top + 800.0);
        }
    }

    #[test]
    fn every_row_of_the_window_has_exactly_one_slot() {
        let pool = pool_size(800.0, 36.0);
        for first in [0, 1, 7, 36, 100] {
            let mut rows: Vec<usize> = (0..pool)
                .filter_map(|it| row_of_slot(it, pool, first, pool))
                .collect();
            rows.sort_unstable();
            assert_eq!(rows, (first..first + pool).collect::<Vec<_>>());
        }
    }

    #[test]
    fn scrolling_by_one_row_changes_one_slot() {
        let pool = 30;
        let changed = (0..pool)
            .filter(|it| row_of_slot(*it, pool, 100, pool) != row_of_slot(*it, pool, 101, pool))
            .count();
        assert_eq!(changed, 1);
    }

    #[test]
    fn a_visible_row_needs_no_scrolling() {
        assert_eq!(scroll_to_show(5, 36.0, 0.0, 800.0), None);
        assert_eq!(scroll_to_show(0, 36.0, 100.0, 800.0), Some(0.0));
        assert_eq!(scroll_to_show(30, 36.0, 0.0, 800.0), Some(316.0));
    }
}
