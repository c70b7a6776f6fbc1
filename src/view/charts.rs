//! The counters over time: small charts of the run up to this moment. A bar is for a step, or for several; all steps of the
//! run have their places from the beginning, so that nothing moves when time does.

use super::{Line, Look, Panel, Role, Thing, count, grouped};
use crate::story::Story;
use crate::timeline::Sample;

/// A bar, from nothing to full.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// How many columns there are where there is no end to them, and at least.
const COLUMNS: usize = 64;
const FEWEST_COLUMNS: usize = 8;
/// A bar is at most so many columns wide. One of so many can spare the last, which keeps it apart from the next.
const WIDEST: usize = 6;
const WIDE_WITH_A_GAP: usize = 3;
/// How many rows a chart has at most.
const MOST_ROWS: usize = 3;
/// How wide a name is, and each of the numbers.
const NAME: usize = 18;
const NUMBER: usize = 7;

/// The panel.
pub fn panel(story: &Story, look: &Look) -> Panel {
    let title = "Over time";
    if story.timeline.steps().is_empty() || story.timeline.moment() == 0 {
        return Panel::new(title, vec![Line::of(Role::Dim, "Nothing has happened yet.")]);
    }
    let time = Time::of(story, look);
    let series = all(story, &time);
    let charts = series.iter().filter(|series| series.drawn).count();
    // A line of numbers for each, a free line under each chart, and what a bar is.
    let needed = series.len() + charts + 1;
    let (rows, apart) = match look.rows {
        0 => (MOST_ROWS, true),
        rows if rows >= needed + charts => (((rows - needed) / charts).min(MOST_ROWS), true),
        rows => ((rows.saturating_sub(series.len() + 1) / charts.max(1)).clamp(1, MOST_ROWS), false),
    };
    let mut lines = vec![];
    // What has no chart of its own stands over the chart of what it is compared with.
    for group in series.chunk_by(|_, next| !next.drawn) {
        lines.extend(group.iter().map(Series::numbers));
        // What never was anything takes no more than a row.
        lines.extend(time.chart(&group[0], if group[0].is_nothing() { 1 } else { rows }));
        lines.extend(apart.then(Line::default));
    }
    let steps = count(time.steps_each as u64, "step");
    let legend = format!("1 bar = {steps}  ·=still\u{a0}to\u{a0}come  free=nothing\u{a0}to\u{a0}measure");
    lines.push(Line::of(Role::Dim, legend));
    Panel::new(title, lines)
}

/// A stretch of steps that one bar is for, with the totals before and after it, or now.
struct Bar {
    first: Sample,
    last: Sample,
    step: usize,
}

/// How steps become bars.
struct Time {
    steps_each: usize,
    /// Columns of a bar, with the gap after it.
    width: usize,
    bars: Vec<Bar>,
    /// The last step of each bar that is still to come.
    to_come: Vec<usize>,
}

impl Time {
    fn of(story: &Story, look: &Look) -> Self {
        let timeline = &story.timeline;
        let steps = timeline.steps().len();
        let room = if look.columns == 0 { COLUMNS } else { look.columns.max(FEWEST_COLUMNS) };
        let steps_each = steps.div_ceil(room).max(1);
        let now = story.step_index().unwrap_or_default();
        let width = (room / steps.max(1)).clamp(1, WIDEST);
        let (mut bars, mut to_come) = (vec![], vec![]);
        for first in (0..steps).step_by(steps_each) {
            let end = (first + steps_each).min(steps);
            if first > now {
                to_come.push(end - 1);
                continue;
            }
            let last = if end <= now { timeline.sample(end).clone() } else { timeline.sample_now() };
            bars.push(Bar { first: timeline.sample(first).clone(), last, step: now.min(end - 1) });
        }
        Self { steps_each, width, bars, to_come }
    }

    /// The rows of a chart, the highest first. A value that is not 0 is never drawn as if it were.
    fn chart(&self, series: &Series, rows: usize) -> Vec<Line> {
        let most = (rows * BLOCKS.len() - 1) as f64;
        let height = |value: f64| match series.full {
            full if value > 0.0 && full > 0.0 => (value / full * most).round().clamp(1.0, most) as usize,
            _ => 0,
        };
        let gap = usize::from(self.width >= WIDE_WITH_A_GAP);
        let bar = |glyph: char| format!("{}{}", glyph.to_string().repeat(self.width - gap), " ".repeat(gap));
        let row = |row: usize| {
            let mut line = Line::default();
            for (at, (step, value)) in self.bars.iter().zip(&series.values).enumerate() {
                let glyph = match value.map(height) {
                    None => ' ',
                    Some(height) if height < row * BLOCKS.len() && row > 0 => ' ',
                    Some(height) => BLOCKS[(height - row * BLOCKS.len()).min(BLOCKS.len() - 1)],
                };
                let role = if at + 1 == self.bars.len() { Role::Path } else { Role::Plain };
                line = line.with_thing(Thing::Step(step.step), role, bar(glyph));
            }
            let ahead = self.to_come.iter().filter(|_| row == 0);
            ahead.fold(line, |line, step| line.with_thing(Thing::Step(*step), Role::Dim, bar('·')))
        };
        (0..rows).rev().map(row).collect()
    }
}

/// A value of each bar.
struct Series {
    name: String,
    /// `None` where there is nothing to measure.
    values: Vec<Option<f64>>,
    /// What fills a bar.
    full: f64,
    /// It has a chart of its own.
    drawn: bool,
    told: fn(f64) -> String,
}

impl Series {
    fn of(
        name: impl Into<String>,
        time: &Time,
        told: fn(f64) -> String,
        value: impl Fn(&Bar) -> Option<f64>,
    ) -> Self {
        let values: Vec<Option<f64>> = time.bars.iter().map(value).collect();
        let full = values.iter().flatten().copied().fold(0.0, f64::max);
        Self { name: name.into(), values, full, drawn: true, told }
    }

    /// Whether no value is more than 0.
    fn is_nothing(&self) -> bool {
        self.values.iter().flatten().all(|value| *value == 0.0)
    }

    /// Its name, and what it is now, at least and at most.
    fn numbers(&self) -> Line {
        let some = || self.values.iter().flatten().copied();
        let numbers = [
            ("now", Role::Path, self.values.last().copied().flatten()),
            ("  min", Role::Plain, some().reduce(f64::min)),
            ("  max", Role::Plain, some().reduce(f64::max)),
        ];
        let line = Line::of(Role::Strong, format!("{:NAME$}", self.name)).hanging();
        numbers.into_iter().fold(line, |line, (word, role, number)| {
            let text = number.map_or("–".to_owned(), self.told);
            line.with(Role::Dim, word).with(role, format!("{text:>NUMBER$}"))
        })
    }
}

/// What is measured.
fn all(story: &Story, time: &Time) -> Vec<Series> {
    let system = story.system();
    let (costs, levels) = (system.costs, system.geometry().levels.into());
    let whole = |value: f64| grouped(value as u64);
    let cycles = |value: f64| format!("{value:.1}");
    let hits = |bar: &Bar| {
        let [first, last] = [&bar.first, &bar.last].map(|sample| &sample.counters);
        let (hits, misses) = (last.tlb_hits - first.tlb_hits, last.tlb_misses - first.tlb_misses);
        (hits + misses > 0).then(|| 100.0 * hits as f64 / (hits + misses) as f64)
    };
    let accesses =
        |bar: &Bar| Some(bar.last.accesses - bar.first.accesses).filter(|accesses| accesses.count > 0);
    let hits = Series { full: 100.0, ..Series::of("TLB hits", time, |value| format!("{value:.0} %"), hits) };
    let measured = |bar: &Bar| Some(accesses(bar)?.measured());
    let measured = Series::of("cycles an access", time, cycles, measured);
    let formula = |bar: &Bar| Some(accesses(bar)?.by_formula(&costs, levels));
    let formula = Series { drawn: false, ..Series::of("  by formula", time, cycles, formula) };
    let faults = |bar: &Bar| bar.last.counters.page_faults - bar.first.counters.page_faults;
    let faults = Series::of("page faults", time, whole, |bar| Some(faults(bar) as f64));
    let mut series = vec![hits, measured, formula, faults];
    if system.policies.is_some() {
        let all = system.frames().count();
        let used = Series::of(format!("frames used of {}", grouped(all as u64)), time, whole, |bar| {
            Some(bar.last.frames_used as f64)
        });
        series.push(Series { full: all as f64, ..used });
    }
    series
}
