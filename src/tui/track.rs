//! The timeline's track: which column stands for which moment.

use ratatui::layout::Rect;

/// A run from left to right.
#[derive(Clone, Copy, Debug)]
pub struct Track {
    first: u16,
    columns: usize,
    end: usize,
}

impl Track {
    /// The track in its row, for a run with so many events. There is space at both ends, and a stop.
    pub fn new(area: Rect, end: usize) -> Self {
        Self { first: area.x + 2, columns: usize::from(area.width).saturating_sub(4), end }
    }

    /// How many columns it has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The column of a moment, from 0.
    pub fn column(&self, moment: usize) -> usize {
        moment * self.columns.saturating_sub(1) / self.end.max(1)
    }

    /// The first moment that a column of the screen stands for, or the nearest; of a moment's own column, that moment's.
    pub fn moment(&self, x: u16) -> usize {
        let column = usize::from(x.saturating_sub(self.first)).min(self.columns.saturating_sub(1));
        (column * self.end).div_ceil(self.columns.saturating_sub(1).max(1)).min(self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_leads_to_a_moment_that_is_shown_there() {
        for (width, end) in [(80, 7), (80, 500), (60, 60), (6, 3)] {
            let track = Track::new(Rect::new(0, 0, width, 1), end);
            for column in 0..track.columns() {
                let moment = track.moment(column as u16 + 2);
                let shown = track.column(moment);
                // With fewer moments than columns most columns stand for the next moment.
                assert!(
                    shown >= column && (end < track.columns() || shown == column),
                    "{width} {end} {column}"
                );
            }
            assert_eq!(track.moment(u16::MAX), end, "past the end is the end");
            assert_eq!(track.moment(0), 0);
        }
    }
}
