//! [`Lom`] to XML, in either binding.

use std::borrow::Cow;

use crate::xml::XmlWriter;

use super::{
    Binding, Classification, Difficulty, Duration, Educational, General, LangString, LifeCycle,
    Lom, Purpose, Rights, Role, Status, Technical, Translation,
};

/// Writes the record as one `lom` element; the caller binds the binding's prefix.
pub(crate) fn write(w: &mut XmlWriter, lom: &Lom, binding: Binding) {
    let mut lom_writer = LomWriter { w, binding };
    lom_writer.group("lom", true, |l| {
        l.group("general", lom.general != General::default(), |l| l.general(&lom.general));
        l.group("lifeCycle", lom.life_cycle != LifeCycle::default(), |l| {
            l.lang_strings("version", lom.life_cycle.version.as_slice());
            let status = lom.life_cycle.status;
            l.token("status", status.map(|s| (Status::ieee_token(s), Status::imsmd_token(s))));
        });
        l.group("metaMetadata", true, |l| {
            for schema in binding.schemas() {
                l.text("metadataSchema", schema);
            }
        });
        l.group("technical", lom.technical != Technical::default(), |l| {
            l.technical(&lom.technical);
        });
        l.group("educational", lom.educational != Educational::default(), |l| {
            l.educational(&lom.educational);
        });
        l.group("rights", lom.rights != Rights::default(), |l| l.rights(&lom.rights));
        for classification in &lom.classifications {
            l.group("classification", true, |l| l.classification(classification));
        }
    });
}

struct LomWriter<'a> {
    w: &'a mut XmlWriter,
    binding: Binding,
}

impl LomWriter<'_> {
    fn general(&mut self, general: &General) {
        self.lang_strings("title", general.title.as_slice());
        for identifier in &general.identifiers {
            self.group("identifier", true, |l| {
                l.text("catalog", &identifier.catalog);
                l.plain_text("entry", &identifier.entry);
            });
        }
        for language in &general.languages {
            self.text("language", language.as_str());
        }
        self.lang_strings("description", &general.descriptions);
        self.lang_strings("keyword", &general.keywords);
        self.lang_strings("coverage", &general.coverage);
    }

    fn technical(&mut self, technical: &Technical) {
        for format in &technical.formats {
            self.text("format", format);
        }
        if let Some(size) = technical.size {
            self.text("size", &size.to_string());
        }
        for location in &technical.locations {
            self.text("location", location);
        }
        self.duration("duration", technical.duration.as_ref());
    }

    fn educational(&mut self, educational: &Educational) {
        for &role in &educational.intended_end_user_roles {
            self.token(
                "intendedEndUserRole",
                Some((Role::ieee_token(role), Role::imsmd_token(role))),
            );
        }
        let difficulty = educational.difficulty;
        self.token(
            "difficulty",
            difficulty.map(|d| (Difficulty::ieee_token(d), Difficulty::imsmd_token(d))),
        );
        self.duration("typicalLearningTime", educational.typical_learning_time.as_ref());
    }

    fn rights(&mut self, rights: &Rights) {
        let yes_or_no = |value| if value { ("yes", "yes") } else { ("no", "no") };
        self.token("cost", rights.cost.map(yes_or_no));
        self.token(
            "copyrightAndOtherRestrictions",
            rights.copyright_and_other_restrictions.map(yes_or_no),
        );
        self.lang_strings("description", rights.description.as_slice());
    }

    fn classification(&mut self, classification: &Classification) {
        let purpose = classification.purpose;
        self.token("purpose", purpose.map(|p| (Purpose::ieee_token(p), Purpose::imsmd_token(p))));
        self.lang_strings("description", classification.description.as_slice());
        self.lang_strings("keyword", &classification.keywords);
    }

    /// An element with children, written only when there is something to say.
    fn group(&mut self, name: &str, wanted: bool, content: impl FnOnce(&mut LomWriter<'_>)) {
        if wanted {
            let binding = self.binding;
            self.w.element(&binding.tag(name), &[], |w| content(&mut LomWriter { w, binding }));
        }
    }

    fn text(&mut self, name: &str, text: &str) {
        self.w.text(&self.binding.tag(name), &[], text);
    }

    /// A text in no language, which IMS Meta-Data wraps in a language string all the same.
    fn plain_text(&mut self, name: &str, text: &str) {
        match self.binding {
            Binding::Ieee => self.text(name, text),
            Binding::Imsmd => self.group(name, true, |l| {
                let tag = l.binding.tag(l.binding.translation_element());
                l.w.text(&tag, &[("xml:lang", Cow::from("x-none"))], text);
            }),
        }
    }

    /// A vocabulary value, given by its IEEE and IMS Meta-Data tokens.
    fn token(&mut self, name: &str, tokens: Option<(&str, &str)>) {
        let Some((ieee, imsmd)) = tokens else { return };
        self.group(name, true, |l| {
            l.plain_text("source", "LOMv1.0");
            l.plain_text("value", if l.binding == Binding::Ieee { ieee } else { imsmd });
        });
    }

    fn duration(&mut self, name: &str, value: Option<&Duration>) {
        if let Some(value) = value {
            self.group(name, true, |l| l.text(l.binding.duration_element(), value.as_str()));
        }
    }

    /// IMS Meta-Data wants at least one translation, so a text without any is not written.
    fn lang_strings(&mut self, name: &str, values: &[LangString]) {
        let (attribute, ..) = self.binding.language_attribute();
        for LangString(translations) in values {
            self.group(name, !translations.is_empty(), |l| {
                let tag = l.binding.tag(l.binding.translation_element());
                for Translation { language, text } in translations {
                    let language = language.as_ref().map(|l| (attribute, Cow::from(l.as_str())));
                    l.w.text(&tag, language.as_slice(), text);
                }
            });
        }
    }
}
