//! Words that the publisher adds to what an author wrote, in the languages that the player speaks.

/// The languages of [`Label::words`], in order. Any other language gets the first.
const LANGUAGES: [&str; 6] = ["en", "ar", "de", "es", "fr", "ja"];

/// Words that the renderer adds to what the author wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// Above a note.
    Note,
    /// Above a tip.
    Tip,
    /// Above a warning.
    Warning,
    /// Above an example.
    Example,
    /// Above a challenge.
    Challenge,
    /// On a closed solution.
    Solution,
    /// On closed details without a title.
    Details,
    /// Names the footnotes.
    Footnotes,
    /// Names the way back from a footnote.
    BackToText,
    /// Names a table that can be scrolled.
    Table,
    /// A task that is done.
    Done,
    /// A task that is not done.
    ToDo,
    /// On the closed transcript of a recording.
    Transcript,
    /// On a closed hint.
    Hint,
    /// Names a blank, before its number.
    Blank,
    /// Names the field of an answer.
    Answer,
    /// Stands where nothing was chosen yet.
    Choose,
    /// Above a good answer, shown afterwards.
    GoodAnswer,
    /// The choice that a statement is true.
    True,
    /// The choice that a statement is false.
    False,
    /// On the button that checks an answer.
    Check,
}

impl Label {
    /// The label in a language (a BCP 47 tag, of which the first part counts), else in English.
    #[must_use]
    pub fn in_language(self, language: &str) -> &'static str {
        let primary = language.split('-').next().unwrap_or_default();
        let place = LANGUAGES.iter().position(|known| known.eq_ignore_ascii_case(primary));
        self.words()[place.unwrap_or_default()]
    }

    fn words(self) -> [&'static str; LANGUAGES.len()] {
        match self {
            Self::Note => ["Note", "ملاحظة", "Hinweis", "Nota", "Remarque", "メモ"],
            Self::Tip => ["Tip", "نصيحة", "Tipp", "Consejo", "Conseil", "ヒント"],
            Self::Warning => ["Warning", "تحذير", "Warnung", "Advertencia", "Attention", "警告"],
            Self::Example => ["Example", "مثال", "Beispiel", "Ejemplo", "Exemple", "例"],
            Self::Challenge => ["Challenge", "تحدٍّ", "Aufgabe", "Reto", "Défi", "課題"],
            Self::Solution => ["Solution", "الحل", "Lösung", "Solución", "Solution", "解答例"],
            Self::Details => ["Details", "التفاصيل", "Details", "Detalles", "Détails", "詳細"],
            Self::Footnotes => {
                ["Footnotes", "الحواشي", "Fußnoten", "Notas al pie", "Notes de bas de page", "脚注"]
            }
            Self::BackToText => [
                "Back to the text",
                "العودة إلى النص",
                "Zurück zum Text",
                "Volver al texto",
                "Retour au texte",
                "本文に戻る",
            ],
            Self::Table => ["Table", "جدول", "Tabelle", "Tabla", "Tableau", "表"],
            Self::Done => ["Done", "تم", "Erledigt", "Hecho", "Fait", "済み"],
            Self::ToDo => ["To do", "لم يتم بعد", "Offen", "Por hacer", "À faire", "未了"],
            Self::Transcript => [
                "Transcript",
                "النص المكتوب",
                "Wortlaut",
                "Transcripción",
                "Transcription",
                "文字起こし",
            ],
            Self::Hint => ["Hint", "تلميح", "Hilfe", "Pista", "Indice", "ヒント"],
            Self::Blank => ["Blank", "الفراغ", "Lücke", "Hueco", "Espace", "空欄"],
            Self::Answer => {
                ["Your answer", "إجابتك", "Ihre Antwort", "Su respuesta", "Votre réponse", "解答"]
            }
            Self::Choose => ["Choose…", "اختر…", "Wählen …", "Elija…", "Choisir…", "選択…"],
            Self::GoodAnswer => [
                "A good answer",
                "إجابة جيدة",
                "Eine gute Antwort",
                "Una buena respuesta",
                "Une bonne réponse",
                "模範解答",
            ],
            Self::True => ["True", "صحيح", "Richtig", "Verdadero", "Vrai", "正しい"],
            Self::False => ["False", "خطأ", "Falsch", "Falso", "Faux", "誤り"],
            Self::Check => ["Check", "تحقّق", "Prüfen", "Comprobar", "Vérifier", "確認する"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Label;

    #[test]
    fn a_region_is_its_language_and_an_unknown_language_is_english() {
        assert_eq!(Label::True.in_language("de-CH"), "Richtig");
        assert_eq!(Label::True.in_language("JA"), "正しい");
        assert_eq!(Label::True.in_language("sw"), "True");
        assert_eq!(Label::True.in_language(""), "True");
    }
}
