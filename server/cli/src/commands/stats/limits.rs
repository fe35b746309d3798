//! Limits that a team's checks keep.

use std::time::Duration;

use clap::Args;
use divisi_engine::view::{Spent, Statistics};
use divisi_model::duration;

use crate::report::cost;
use crate::time;

/// What may be asked of the figures. A figure that nobody knows keeps no limit: a check that is green because nothing
/// was measured is worse than none.
#[derive(Debug, Args)]
pub(super) struct Limits {
    /// The most wall time, such as `10m`.
    #[arg(long, value_name = "TIME", value_parser = wall)]
    max_wall: Option<Duration>,

    /// The most US dollars that the agents of a run cost.
    #[arg(long, value_name = "DOLLARS", value_parser = dollars)]
    max_usd: Option<f64>,

    /// The most tokens that the agents of a run read and write.
    #[arg(long, value_name = "NUMBER")]
    max_tokens: Option<u64>,

    /// The least part of the results that were looked for and were there, in percent.
    #[arg(long, value_name = "PERCENT", value_parser = percent())]
    min_hit_rate: Option<u8>,

    /// The least parallel efficiency in percent: 100 is all slots busy all the time.
    #[arg(long, value_name = "PERCENT", value_parser = percent())]
    min_efficiency: Option<u8>,

    /// The least part of the runs that succeed, in percent.
    #[arg(long, value_name = "PERCENT", value_parser = percent())]
    min_success: Option<u8>,
}

fn wall(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|error| error.to_string())
}

fn dollars(text: &str) -> Result<f64, String> {
    let dollars = text.parse::<f64>().ok().filter(|dollars| dollars.is_finite() && *dollars >= 0.0);
    dollars.ok_or_else(|| "give a number of dollars, such as 2.5".to_owned())
}

fn percent() -> clap::builder::RangedI64ValueParser<u8> {
    clap::value_parser!(u8).range(0..=100)
}

impl Limits {
    /// Those that are not kept, for people.
    pub(super) fn broken(&self, statistics: &Statistics) -> Vec<String> {
        let parts = [
            ("parallel efficiency", Some(statistics.efficiency), self.min_efficiency),
            ("success", Some(statistics.success_rate()), self.min_success),
            ("hit rate", statistics.reuse.hit_rate(), self.min_hit_rate),
        ];
        let most = [
            self.too_long(statistics.wall),
            self.too_dear(&statistics.spent),
            self.too_many(&statistics.spent),
        ];
        let least = parts.into_iter().map(|(what, part, least)| too_little(what, part, least?));
        most.into_iter().chain(least).flatten().collect()
    }

    fn too_long(&self, wall: Duration) -> Option<String> {
        let most = self.max_wall.filter(|most| wall > *most)?;
        Some(format!("wall {} is more than {}", time::short(wall), duration::written(most)))
    }

    fn too_dear(&self, spent: &Spent) -> Option<String> {
        let most = self.max_usd?;
        let [cost, limit] = [spent.usd, most].map(cost::dollars);
        if spent.usd > most {
            return Some(format!("cost {cost} is more than {limit}"));
        }
        spent
            .is_cost_partial
            .then(|| format!("whether the cost is at most {limit} is not known: some runners tell none"))
    }

    fn too_many(&self, spent: &Spent) -> Option<String> {
        let most = self.max_tokens.filter(|most| spent.tokens > *most)?;
        Some(format!("{} tokens are more than {most}", spent.tokens))
    }
}

fn too_little(what: &str, part: Option<f64>, least: u8) -> Option<String> {
    let Some(part) = part else { return Some(format!("there is no {what}: nothing was looked for")) };
    let percent = part * 100.0;
    (percent < f64::from(least)).then(|| format!("{what} {percent:.0} % is less than {least} %"))
}
