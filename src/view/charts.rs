//! The counters over time: small charts of the run up to this moment, a column for each step or for several.

use super::{Line, Look, Panel, Role, Thing, count, grouped};
use crate::story::Story;
use crate::timeline::Sample;

/// A column, from nothing to full.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// How many columns there are where there is no end to them, and at least.
const COLUMNS: usize = 64;
const FEWEST_COLUMNS: usize = 8;
/// How many rows a chart has at most.
const MOST_ROWS: usize = 3;
/// How wide a name is, and each of the numbers.
const NAME: usize = 14;
const NUMBER: usize = 8;

/// The panel.
pub fn panel(story: &Story, look: &Look) -> Panel {
    let title = "Over time";
    if story.timeline.steps().is_empty() || story.timeline.moment() == 0 {
        return Panel::new(title, vec![Line::of(Role::Dim, "Nothing has happened yet.")]);
    }
    let time = Time::of(story, look);
    let series = all(story, &time);
    let charts = series.iter().filter(|series| series.drawn).count();
    // The numbers of each, their heading, and what a column is.
    let rest = look.rows.saturating_sub(series.len() + 2);
    let rows = (rest / charts.max(1)).clamp(1, MOST_ROWS);
    let heading = format!("{:NAME$}{:>NUMBER$}{:>NUMBER$}{:>NUMBER$}", "", "now", "min", "max");
    let mut lines = vec![Line::of(Role::Dim, heading)];
    for series in &series {
        lines.push(series.numbers());
        if series.drawn {
            // What never was anything takes no more than a row.
            lines.extend(time.chart(series, if series.is_nothing() { 1 } else { rows }));
        }
    }
    let each = count(time.steps_each as u64, "step");
    lines.push(Line::of(Role::Dim, format!("1 column = {each}, ·=still to come")));
    Panel::new(title, lines)
}

/// A stretch of steps that one column is for, with the totals before and after it, or now.
struct Column {
    first: Sample,
    last: Sample,
    step: usize,
}

/// How steps become columns.
struct Time {
    steps_each: usize,
    columns: Vec<Column>,
    /// The last step of each column that is still to come.
    to_come: Vec<usize>,
}

impl Time {
    fn of(story: &Story, look: &Look) -> Self {
        let timeline = &story.timeline;
        let steps = timeline.steps().len();
        let room = if look.columns == 0 { COLUMNS } else { look.columns.max(FEWEST_COLUMNS) };
        let steps_each = steps.div_ceil(room).max(1);
        let now = story.step_index().unwrap_or_default();
        let (mut columns, mut to_come) = (vec![], vec![]);
        for first in (0..steps).step_by(steps_each) {
            let end = (first + steps_each).min(steps);
            if first > now {
                to_come.push(end - 1);
                continue;
            }
            let last = if end <= now { timeline.sample(end).clone() } else { timeline.sample_now() };
            columns.push(Column { first: timeline.sample(first).clone(), last, step: now.min(end - 1) });
        }
        Self { steps_each, columns, to_come }
    }

    /// The rows of a chart, the highest first. A value that is not 0 is never drawn as if it were.
    fn chart(&self, series: &Series, rows: usize) -> Vec<Line> {
        let most = (rows * BLOCKS.len() - 1) as f64;
        let height = |value: f64| match series.full {
            full if value > 0.0 && full > 0.0 => (value / full * most).round().clamp(1.0, most) as usize,
            _ => 0,
        };
        let row = |row: usize| {
            let mut line = Line::default();
            for (at, (column, value)) in self.columns.iter().zip(&series.values).enumerate() {
                let glyph = match value.map(height) {
                    None => ' ',
                    Some(height) if height < row * BLOCKS.len() && row > 0 => ' ',
                    Some(height) => BLOCKS[(height - row * BLOCKS.len()).min(BLOCKS.len() - 1)],
                };
                let role = if at + 1 == self.columns.len() { Role::Path } else { Role::Plain };
                line = line.with_thing(Thing::Step(column.step), role, glyph);
            }
            let ahead = self.to_come.iter().filter(|_| row == 0);
            ahead.fold(line, |line, step| line.with_thing(Thing::Step(*step), Role::Dim, "·"))
        };
        (0..rows).rev().map(row).collect()
    }
}

/// A value of each column.
struct Series {
    name: &'static str,
    /// `None` where there is nothing to measure.
    values: Vec<Option<f64>>,
    /// What fills a column.
    full: f64,
    /// It has a chart of its own.
    drawn: bool,
    told: fn(f64) -> String,
}

impl Series {
    fn of(
        name: &'static str,
        time: &Time,
        told: fn(f64) -> String,
        value: impl Fn(&Column) -> Option<f64>,
    ) -> Self {
        let values: Vec<Option<f64>> = time.columns.iter().map(value).collect();
        let full = values.iter().flatten().copied().fold(0.0, f64::max);
        Self { name, values, full, drawn: true, told }
    }

    /// Whether no value is more than 0.
    fn is_nothing(&self) -> bool {
        self.values.iter().flatten().all(|value| *value == 0.0)
    }

    /// Its name, and what it is now, at least and at most.
    fn numbers(&self) -> Line {
        let some = || self.values.iter().flatten().copied();
        let least = some().reduce(f64::min);
        let numbers = [self.values.last().copied().flatten(), least, some().reduce(f64::max)];
        let line = Line::of(Role::Dim, format!("{:NAME$}", self.name));
        let roles = [Role::Strong, Role::Plain, Role::Plain];
        numbers.into_iter().zip(roles).fold(line, |line, (number, role)| {
            let text = number.map_or("–".to_owned(), self.told);
            line.with(role, format!("{text:>NUMBER$}"))
        })
    }
}

/// What is measured.
fn all(story: &Story, time: &Time) -> Vec<Series> {
    let system = story.system();
    let (costs, levels) = (system.costs, system.geometry().levels.into());
    let whole = |value: f64| grouped(value as u64);
    let cycles = |value: f64| format!("{value:.1}");
    let hits = |column: &Column| {
        let [first, last] = [&column.first, &column.last].map(|sample| &sample.counters);
        let (hits, misses) = (last.tlb_hits - first.tlb_hits, last.tlb_misses - first.tlb_misses);
        (hits + misses > 0).then(|| 100.0 * hits as f64 / (hits + misses) as f64)
    };
    let accesses = |column: &Column| {
        Some(column.last.accesses - column.first.accesses).filter(|accesses| accesses.count > 0)
    };
    let hits = Series { full: 100.0, ..Series::of("TLB hits", time, |value| format!("{value:.0} %"), hits) };
    let measured = |column: &Column| Some(accesses(column)?.measured());
    let measured = Series::of("access, cycles", time, cycles, measured);
    let formula = |column: &Column| Some(accesses(column)?.by_formula(&costs, levels));
    let formula = Series { drawn: false, ..Series::of("  by formula", time, cycles, formula) };
    let faults = |column: &Column| column.last.counters.page_faults - column.first.counters.page_faults;
    let faults = Series::of("page faults", time, whole, |column| Some(faults(column) as f64));
    let mut series = vec![hits, measured, formula, faults];
    if system.policies.is_some() {
        let used = Series::of("frames used", time, whole, |column| Some(column.last.frames_used as f64));
        series.push(Series { full: system.frames().count() as f64, ..used });
    }
    series
}
