//! AICC course structures (CMI001 version 4, chapter 6): a few files of one name beside each other.
//!
//! | file | what it says |
//! |---|---|
//! | `.crs` | the course: title, description (groups of `name=value`) |
//! | `.au` | assignable units: what is launched, and its rules |
//! | `.des` | titles and descriptions, by id |
//! | `.cst` | the tree: which element holds which |
//! | `.pre` | prerequisites, by id (optional) |
//! | `.ort` | objectives, by id (optional) |
//!
//! All but the first are tables of comma separated values with a line of names.

mod table;

use std::collections::{HashMap, HashSet};

use table::{Table, groups};

/// The endings without which there is no course.
pub const REQUIRED: [&str; 4] = ["crs", "au", "des", "cst"];
/// The endings that add to it.
pub const OPTIONAL: [&str; 2] = ["pre", "ort"];

/// Elements inside each other.
const MAX_DEPTH: usize = 32;

/// The bytes of each file. They are UTF-8, or else read as Windows-1252.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files<'a> {
    /// `.crs`
    pub course: &'a [u8],
    /// `.au`
    pub units: &'a [u8],
    /// `.des`
    pub descriptors: &'a [u8],
    /// `.cst`
    pub structure: &'a [u8],
    /// `.pre`
    pub prerequisites: &'a [u8],
    /// `.ort`
    pub objectives: &'a [u8],
}

/// A course.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// Identifies it.
    pub id: String,
    /// What a learner sees.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// `Version` of the specification that it follows, as written.
    pub version: String,
    /// The program that made it.
    pub system: String,
    /// What stands at the root, in order.
    pub elements: Vec<Element>,
}

/// An assignable unit, or a block of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    /// Identifies it in the course: `A1`, `B2`.
    pub id: String,
    /// What a learner sees.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// What is launched; nothing for a block.
    pub file_name: Option<String>,
    /// Added to the address at launch.
    pub web_launch: String,
    /// Handed to it at launch.
    pub core_vendor: String,
    /// From this raw score on it is passed, as written.
    pub mastery_score: String,
    /// Longest time, as written.
    pub max_time: String,
    /// What happens after that, as written: `C,N`.
    pub time_limit_action: String,
    /// What must come first, as written: `A1&A2`.
    pub prerequisites: String,
    /// Objectives: id and text.
    pub objectives: Vec<(String, String)>,
    /// What it holds.
    pub elements: Vec<Element>,
}

/// Why the files are no course.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// A table has no line of names, or lacks a column.
    #[error("the .{file} file has no column {column:?}")]
    NoColumn {
        /// Its ending.
        file: &'static str,
        /// The column's name.
        column: &'static str,
    },
    /// An element holds itself.
    #[error("in the .cst file, {0:?} holds itself or stands too deep")]
    Cycle(String),
}

/// Reads a course.
///
/// # Errors
/// When a table lacks what nothing can be read without, or the tree is none.
pub fn read(files: &Files<'_>) -> Result<Course, ReadError> {
    let groups = groups(files.course);
    let field = |group: &str, name: &str| {
        groups.get(group).and_then(|fields| fields.get(name)).cloned().unwrap_or_default()
    };
    let mut course = Course {
        id: field("course", "course_id"),
        title: field("course", "course_title"),
        description: groups.get("course_description").map(|it| it[""].clone()).unwrap_or_default(),
        version: field("course", "version"),
        system: field("course", "course_system"),
        elements: Vec::new(),
    };
    let mut known = Known {
        units: by_id(files.units, "au")?,
        descriptors: by_id(files.descriptors, "des")?,
        prerequisites: HashMap::new(),
        objectives: HashMap::new(),
        members: HashMap::new(),
    };
    known.read_prerequisites(files.prerequisites);
    known.read_objectives(files.objectives);
    let roots = known.read_structure(files.structure)?;
    let mut above = HashSet::new();
    for root in roots {
        course.elements.push(known.element(&root, &mut above)?);
    }
    Ok(course)
}

type Row = HashMap<String, String>;

fn by_id(bytes: &[u8], file: &'static str) -> Result<HashMap<String, Row>, ReadError> {
    let table = Table::read(bytes);
    if !table.names.iter().any(|name| name == "system_id") {
        return Err(ReadError::NoColumn { file, column: "system_id" });
    }
    Ok(table.rows().filter_map(|row| Some((folded(row.get("system_id")?), row))).collect())
}

/// Ids are the same in any letter case.
fn folded(id: &str) -> String {
    id.trim().to_ascii_uppercase()
}

/// What the tables say, by folded id.
struct Known {
    units: HashMap<String, Row>,
    descriptors: HashMap<String, Row>,
    prerequisites: HashMap<String, String>,
    objectives: HashMap<String, Vec<(String, String)>>,
    members: HashMap<String, Vec<String>>,
}

impl Known {
    fn read_prerequisites(&mut self, bytes: &[u8]) {
        for row in Table::read(bytes).lines {
            if let [element, before, ..] = &row[..] {
                let known = self.prerequisites.entry(folded(element)).or_default();
                if !known.is_empty() {
                    known.push('&');
                }
                known.push_str(before.trim());
            }
        }
    }

    fn read_objectives(&mut self, bytes: &[u8]) {
        for row in Table::read(bytes).rows() {
            let get = |name: &str| row.get(name).map(|it| it.trim()).unwrap_or_default().to_owned();
            let of = folded(&get("au_system_id"));
            let id = get("objective_id");
            if !of.is_empty() && !id.is_empty() {
                let entry = (id, get("objective_description"));
                self.objectives.entry(of).or_default().push(entry);
            }
        }
    }

    /// Reads the tree; answers what stands at its root. Columns after `member` are further members,
    /// unless they have other names.
    fn read_structure(&mut self, bytes: &[u8]) -> Result<Vec<String>, ReadError> {
        let table = Table::read(bytes);
        let no_column = |column| ReadError::NoColumn { file: "cst", column };
        let position = |name: &str| table.names.iter().position(|column| column == name);
        let block = position("block").ok_or(no_column("block"))?;
        position("member").ok_or(no_column("member"))?;
        let rules = position("prerequisites");
        for row in &table.lines {
            let holder = folded(row.get(block).map_or("", |it| it));
            for (n, member) in row.iter().enumerate() {
                let is_member = table.names.get(n).is_none_or(|name| name.starts_with("member"));
                if n == block || !is_member || member.trim().is_empty() {
                    continue;
                }
                let member = folded(member);
                if let Some(rule) = rules.and_then(|at| row.get(at)).map(|rule| rule.trim())
                    && !rule.is_empty()
                {
                    self.prerequisites.insert(member.clone(), rule.to_owned());
                }
                self.members.entry(holder.clone()).or_default().push(member);
            }
        }
        Ok(self.members.remove("ROOT").unwrap_or_default())
    }

    fn element(&self, id: &str, above: &mut HashSet<String>) -> Result<Element, ReadError> {
        if above.len() >= MAX_DEPTH || !above.insert(id.to_owned()) {
            return Err(ReadError::Cycle(id.to_owned()));
        }
        let of = |rows: &HashMap<String, Row>, name: &str| {
            let value = rows.get(id).and_then(|row| row.get(name));
            value.map(|value| value.trim().to_owned()).unwrap_or_default()
        };
        let unit = |name: &str| of(&self.units, name);
        let title = of(&self.descriptors, "title");
        let mut element = Element {
            id: id.to_owned(),
            title: if title.is_empty() { id.to_owned() } else { title },
            description: of(&self.descriptors, "description"),
            file_name: Some(unit("file_name")).filter(|name| !name.is_empty()),
            web_launch: unit("web_launch"),
            core_vendor: unit("core_vendor"),
            mastery_score: unit("mastery_score"),
            max_time: unit("max_time_allowed"),
            time_limit_action: unit("time_limit_action"),
            prerequisites: self.prerequisites.get(id).cloned().unwrap_or_default(),
            objectives: self.objectives.get(id).cloned().unwrap_or_default(),
            elements: Vec::new(),
        };
        for member in self.members.get(id).into_iter().flatten() {
            element.elements.push(self.element(member, above)?);
        }
        above.remove(id);
        Ok(element)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files<'a>(structure: &'a [u8]) -> Files<'a> {
        Files {
            course: b"[Course]\r\nCourse_Title = A = B\r\nVersion=4.0\r\n[Course_Description]\r\nTwo\r\nlines\r\n",
            units: b"\"System_ID\",\"File_Name\",\"Mastery_Score\"\r\n\"a1\",\"x.html\",80\r\n\"A2\",\"y.html\",\r\n",
            descriptors: b"system_id,title,description\nA1,One,\"a \"\"b\"\", c\"\nB1,Block,\n",
            structure,
            prerequisites: b"structure_element,prerequisite\nA2,A1\n",
            objectives: b"",
        }
    }

    #[test]
    fn the_tables_become_one_tree() {
        let course = read(&files(b"block,member,member\nROOT,A1,B1\nB1,A2\n")).unwrap();
        assert_eq!((course.title.as_str(), course.description.as_str()), ("A = B", "Two\nlines"));
        let [one, block] = &course.elements[..] else { panic!("{course:?}") };
        assert_eq!((one.title.as_str(), one.description.as_str()), ("One", "a \"b\", c"));
        assert_eq!((one.file_name.as_deref(), one.mastery_score.as_str()), (Some("x.html"), "80"));
        assert_eq!((block.title.as_str(), block.file_name.as_deref()), ("Block", None));
        assert_eq!(block.elements[0].prerequisites, "A1");
    }

    #[test]
    fn a_tree_that_holds_itself_is_refused() {
        let error = read(&files(b"block,member\nROOT,B1\nB1,B1\n")).unwrap_err();
        assert_eq!(error, ReadError::Cycle("B1".into()));
        let error = read(&files(b"member\nA1\n")).unwrap_err();
        assert_eq!(error, ReadError::NoColumn { file: "cst", column: "block" });
    }
}
