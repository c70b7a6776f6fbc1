//! How it is told why a scenario cannot be used, or what in it does not hold.

use super::load::Failure;
use super::output::{complain, output};
use crate::export::json;
use clap::ValueEnum;
use std::io::Write;

/// How problems are told.
#[derive(Clone, Copy, Default, ValueEnum)]
pub enum Format {
    /// For people, with the line and what to write instead.
    #[default]
    Text,
    /// `file:line:column: error: message`, for editors.
    Short,
    /// One JSON object a problem.
    Json,
}

impl Format {
    /// Tells all problems of the file that the command line calls so: for people on standard error, for programs on
    /// standard output.
    pub fn tell(self, name: &str, failure: &Failure) -> Result<(), Failure> {
        let mut out = output();
        match self {
            Self::Text => complain(failure),
            Self::Short => {
                for located in failure.located(name) {
                    writeln!(out, "{}", located.short())?;
                }
            }
            Self::Json => {
                for located in failure.located(name) {
                    json::line(&located, &mut out)?;
                }
            }
        }
        Ok(out.flush()?)
    }
}
