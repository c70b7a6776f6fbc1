//! What can be asked: operations, what their keys hold, and how they end.

pub mod expr;
mod op;
pub mod operand;
pub mod outcome;
pub mod registers;

pub use expr::{
    Expr, ExprError, MAX_DEPTH, MAX_OPERATORS, NAME, NUMBER_PATTERN, Size, UnknownName, parse_number,
    shortened,
};
pub use op::{Action, Op};
pub use operand::{MAX_TIMES, Pages, Rights, Times, Width};
pub use outcome::{About, OpError, Outcome, Within};
pub use registers::{CsrSetting, Field, RegisterValue, csr_fields};
