//! Questions in a terminal: a line each, with an answer that an empty line stands for.

use std::io::{self, BufRead, Write};

/// Who is asked: where questions go, and where answers come from.
pub struct Asker<R, W> {
    /// Answers, a line each.
    pub from: R,
    /// Questions.
    pub to: W,
}

impl<R: BufRead, W: Write> Asker<R, W> {
    /// Asks for a line. An empty one is the usual answer.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::UnexpectedEof`] if nobody answers.
    pub fn line(&mut self, question: &str, usual: &str) -> io::Result<String> {
        write!(self.to, "{question} [{}]: ", usual)?;
        self.to.flush()?;
        let mut answer = String::new();
        if self.from.read_line(&mut answer)? == 0 {
            writeln!(self.to)?;
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let answer = answer.trim();
        Ok(if answer.is_empty() { usual } else { answer }.to_owned())
    }

    /// Asks which of several: names with a few words each, of which the first is the usual answer. A name or its number is
    /// an answer; anything else is asked again. Gives the index.
    ///
    /// # Errors
    ///
    /// As [`Self::line`].
    pub fn choice(&mut self, question: &str, choices: &[(String, String)]) -> io::Result<usize> {
        let width = choices.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (at, (name, words)) in choices.iter().enumerate() {
            writeln!(self.to, "  {} {name:width$}  {words}", at + 1)?;
        }
        loop {
            let answer = self.line(question, &choices[0].0)?;
            let number = answer.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let named = choices.iter().position(|(name, _)| *name == answer);
            match named.or(number.filter(|at| *at < choices.len())) {
                Some(at) => return Ok(at),
                None => writeln!(self.to, "Type a name, or a number from 1 to {}.", choices.len())?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(answers: &str) -> (io::Result<usize>, String) {
        let mut told = vec![];
        let choices = [("one", "the first"), ("three", "the last")].map(|(a, b)| (a.into(), b.into()));
        let chosen = Asker { from: answers.as_bytes(), to: &mut told }.choice("Which", &choices);
        (chosen, String::from_utf8(told).unwrap())
    }

    #[test]
    fn names_numbers_and_nothing_are_answers() {
        assert_eq!(choose("\n").0.unwrap(), 0);
        assert_eq!(choose("three\n").0.unwrap(), 1);
        assert_eq!(choose(" 2 \n").0.unwrap(), 1);
        let (chosen, told) = choose("0\n3\ntwo\n1\n");
        assert_eq!(chosen.unwrap(), 0);
        assert_eq!(told.matches("Type a name, or a number from 1 to 2.\nWhich [one]: ").count(), 3, "{told}");
        assert!(told.starts_with("  1 one    the first\n  2 three  the last\nWhich [one]: "), "{told}");
    }

    #[test]
    fn nobody_there_is_no_answer() {
        assert_eq!(choose("").0.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(choose("four\n").0.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
