//! Question banks: QTI 2.x and 3.0, Moodle XML, GIFT and CSV, as one set of types.
//!
//! The formats differ in how they say it and agree in what a question is: a prompt, a way to answer,
//! what is right, and what is said afterwards. A reader answers the questions it could express in these
//! types, and names what it could not: nothing is left out silently, nothing is guessed.

pub mod csv;
pub mod gift;
pub mod moodle;
pub mod qti;

/// A text with its markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rich {
    /// HTML.
    Html(String),
    /// Markdown.
    Markdown(String),
    /// Text without markup.
    Plain(String),
}

impl Rich {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        let (Self::Html(text) | Self::Markdown(text) | Self::Plain(text)) = self;
        text.trim().is_empty()
    }
}

impl Default for Rich {
    fn default() -> Self {
        Self::Plain(String::new())
    }
}

/// Where a blank stands in a prompt: `[blank ID]`.
pub fn blank_mark(id: &str) -> String {
    format!("[blank {id}]")
}

/// A question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// What tells it apart in its source, if the source says.
    pub id: Option<String>,
    /// Line in the source, from 1.
    pub line: Option<usize>,
    /// Its name in lists; may be empty.
    pub name: String,
    /// The categories it stands in, outermost first.
    pub categories: Vec<String>,
    /// What is asked; [`blank_mark`] tells where a blank stands.
    pub prompt: Rich,
    /// How it is answered.
    pub answer: Answer,
    /// Points for a right answer.
    pub points: Option<f64>,
    /// What is said after a right answer.
    pub correct: Rich,
    /// What is said after a wrong one.
    pub incorrect: Rich,
    /// What is said after any.
    pub general: Rich,
    /// Hints, in order.
    pub hints: Vec<Rich>,
    /// Tags.
    pub tags: Vec<String>,
    /// Files that its texts name and that stand in the source itself.
    pub files: Vec<EmbeddedFile>,
}

/// A file inside a question bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddedFile {
    /// The address by which the texts name it.
    pub address: String,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// How a question is answered, and what is right.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// One or several of several choices.
    Choice {
        /// The choices.
        choices: Vec<Choice>,
        /// Whether only one may be chosen.
        single: bool,
        /// Whether their order is random.
        shuffle: bool,
        /// Whether part of the points are given for part of the choices.
        partial: bool,
    },
    /// True or false.
    TrueFalse(bool),
    /// Words typed into blanks, which the prompt marks; a single one may be left unmarked.
    Blanks(Vec<Blank>),
    /// Pairs.
    Matching {
        /// Source and target of each.
        pairs: Vec<(Rich, Rich)>,
        /// Targets that match nothing.
        distractors: Vec<Rich>,
    },
    /// A list to be put in order, given in the right one.
    Ordering(Vec<Rich>),
    /// A number.
    Numeric {
        /// What is right.
        answer: f64,
        /// How far off is still right.
        tolerance: f64,
        /// The unit.
        unit: Option<String>,
    },
    /// Free text.
    Essay {
        /// A good answer.
        sample: Rich,
        /// Longest answer in characters.
        max_characters: Option<u32>,
    },
}

impl Default for Answer {
    fn default() -> Self {
        Self::Essay { sample: Rich::default(), max_characters: None }
    }
}

/// One choice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// The choice.
    pub text: Rich,
    /// Whether it is right.
    pub correct: bool,
    /// Said when it was chosen.
    pub feedback: Rich,
}

/// One blank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blank {
    /// Its id in [`blank_mark`].
    pub id: String,
    /// Accepted answers.
    pub accept: Vec<String>,
    /// Whether letter case matters.
    pub case_sensitive: bool,
}

/// Something that these types cannot hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// Line in the source, from 1.
    pub line: Option<usize>,
    /// The question, by its name.
    pub question: String,
    /// What it is, and what became of it.
    pub what: String,
}

/// What a source holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The questions, in order.
    pub questions: Vec<Question>,
    /// What could not be carried over, in order.
    pub unsupported: Vec<Unsupported>,
}

impl Reading {
    fn lose(&mut self, line: impl Into<Option<usize>>, question: &str, what: impl Into<String>) {
        let (line, question) = (line.into(), question.to_owned());
        self.unsupported.push(Unsupported { line, question, what: what.into() });
    }
}

/// A number as people write it: a comma may be the decimal point.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let number = text.parse().or_else(|_| text.replace(',', ".").parse()).ok()?;
    f64::is_finite(number).then_some(number)
}
