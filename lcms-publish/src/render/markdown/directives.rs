//! Container directives.

use lcms_core::model::markup::{Block, Directive, DirectiveKind, Inline};

use super::{Label, Renderer, Spacing};

impl Renderer<'_> {
    pub(super) fn directive(&mut self, directive: &Directive) {
        match directive.kind {
            DirectiveKind::Note => self.callout("aside", "note", Label::Note, directive),
            DirectiveKind::Tip => self.callout("aside", "tip", Label::Tip, directive),
            DirectiveKind::Warning => self.callout("aside", "warning", Label::Warning, directive),
            DirectiveKind::Example => self.callout("aside", "example", Label::Example, directive),
            // Part of the lesson, not a remark beside it.
            DirectiveKind::Challenge => {
                self.callout("section", "challenge", Label::Challenge, directive);
            }
            DirectiveKind::Solution => self.details("lcms-solution", Label::Solution, directive),
            DirectiveKind::Details => self.details("lcms-details", Label::Details, directive),
            DirectiveKind::Steps => self.steps(directive),
            DirectiveKind::Tabs => self.section("lcms-tabs", directive),
            DirectiveKind::Tab => self.section("lcms-tab", directive),
            DirectiveKind::Instructor => {}
        }
    }

    fn callout(&mut self, tag: &str, name: &str, label: Label, directive: &Directive) {
        self.html(&format!("<{tag} class=\"lcms-callout lcms-{name}\""));
        if tag == "aside" {
            self.attribute("role", "note");
        }
        self.block_id(directive.id.as_deref());
        self.html(">\n<p class=\"lcms-callout-title\"><span class=\"lcms-callout-label\">");
        self.label(label);
        self.html("</span>");
        if !directive.title.is_empty() {
            self.html(" ");
            self.inlines(&directive.title);
        }
        self.html("</p>\n");
        self.blocks(&directive.content, Spacing::Loose);
        self.html(&format!("</{tag}>\n"));
    }

    fn details(&mut self, class: &str, label: Label, directive: &Directive) {
        self.html("<details");
        self.attribute("class", class);
        self.block_id(directive.id.as_deref());
        self.html(">\n<summary>");
        // Details with a title explain themselves; a solution is named as one.
        if directive.title.is_empty() || label == Label::Solution {
            self.html("<span class=\"lcms-callout-label\">");
            self.label(label);
            self.html("</span>");
        }
        if label == Label::Solution && !directive.title.is_empty() {
            self.html(" ");
        }
        self.inlines(&directive.title);
        self.html("</summary>\n");
        self.blocks(&directive.content, Spacing::Loose);
        self.html("</details>\n");
    }

    fn steps(&mut self, directive: &Directive) {
        let wrapped = directive.id.is_some() || !directive.title.is_empty();
        if wrapped {
            self.html("<section class=\"lcms-procedure\"");
            self.block_id(directive.id.as_deref());
            self.html(">\n");
            self.title(&directive.title);
        }
        for block in &directive.content {
            match block {
                Block::List(list) => self.list(list, Some("lcms-steps")),
                other => self.blocks(std::slice::from_ref(other), Spacing::Loose),
            }
        }
        if wrapped {
            self.html("</section>\n");
        }
    }

    /// A section under a heading of its own: all tabs show one after the other until the player makes
    /// tabs of them.
    fn section(&mut self, class: &str, directive: &Directive) {
        let outer = self.level;
        self.html("<section");
        self.attribute("class", class);
        self.block_id(directive.id.as_deref());
        self.html(">\n");
        if directive.kind == DirectiveKind::Tab {
            self.level = (outer + 1).min(6);
            let tag = format!("h{}", self.level);
            self.html(&format!("<{tag} class=\"lcms-tab-title\">"));
            self.inlines(&directive.title);
            self.html(&format!("</{tag}>\n"));
        } else {
            self.title(&directive.title);
        }
        self.blocks(&directive.content, Spacing::Loose);
        self.html("</section>\n");
        self.level = outer;
    }

    fn title(&mut self, title: &[Inline]) {
        if !title.is_empty() {
            self.html("<p class=\"lcms-title-line\">");
            self.inlines(title);
            self.html("</p>\n");
        }
    }
}
