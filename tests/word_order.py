"""The order that the schema gives the children of WordprocessingML elements (ECMA-376 part 1, annex A)."""

from typing import Final

ORDERS: Final[dict[str, list[str]]] = {
    parent: children.split()
    for parent, children in {
        "pPr": """
            pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs
            suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd
            snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment
            textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange
        """,
        "numPr": "ilvl numId numberingChange ins",
        "rPr": """
            ins del moveFrom moveTo rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss
            imprint noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd
            fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath rPrChange
        """,
        "tbl": "tblPr tblGrid tr",
        "tblPr": """
            tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd
            tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange
        """,
        "tblGrid": "gridCol tblGridChange",
        "tr": "tblPrEx trPr tc",
        "tcPr": """
            cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark
            headers cellIns cellDel cellMerge tcPrChange
        """,
        "sdt": "sdtPr sdtEndPr sdtContent",
        "numbering": "numPicBullet abstractNum num numIdMacAtCleanup",
        "num": "abstractNumId lvlOverride",
        "lvlOverride": "startOverride lvl",
        "settings": """
            writeProtection view zoom removePersonalInformation removeDateAndTime doNotDisplayPageBoundaries
            displayBackgroundShape printPostScriptOverText printFractionalCharacterWidth printFormsData
            embedTrueTypeFonts embedSystemFonts saveSubsetFonts saveFormsData mirrorMargins alignBordersAndEdges
            bordersDoNotSurroundHeader bordersDoNotSurroundFooter gutterAtTop hideSpellingErrors hideGrammaticalErrors
            activeWritingStyle proofState formsDesign attachedTemplate linkStyles stylePaneFormatFilter
            stylePaneSortMethod documentType mailMerge revisionView trackRevisions doNotTrackMoves doNotTrackFormatting
            documentProtection autoFormatOverride styleLockTheme styleLockQFSet defaultTabStop autoHyphenation
            consecutiveHyphenLimit hyphenationZone doNotHyphenateCaps showEnvelope summaryLength clickAndTypeStyle
            defaultTableStyle evenAndOddHeaders bookFoldRevPrinting bookFoldPrinting bookFoldPrintingSheets
            drawingGridHorizontalSpacing drawingGridVerticalSpacing displayHorizontalDrawingGridEvery
            displayVerticalDrawingGridEvery doNotUseMarginsForDrawingGridOrigin drawingGridHorizontalOrigin
            drawingGridVerticalOrigin doNotShadeFormData noPunctuationKerning characterSpacingControl printTwoOnOne
            strictFirstAndLastChars noLineBreaksAfter noLineBreaksBefore savePreviewPicture doNotValidateAgainstSchema
            saveInvalidXml ignoreMixedContent alwaysShowPlaceholderText doNotDemarcateInvalidXml saveXmlDataOnly
            useXSLTWhenSaving saveThroughXslt showXMLTags alwaysMergeEmptyNamespace updateFields hdrShapeDefaults
            footnotePr endnotePr compat docVars rsids mathPr attachedSchema themeFontLang clrSchemeMapping
            doNotIncludeSubdocsInStats doNotAutoCompressPictures forceUpgrade captions readModeInkLockDown smartTagType
            schemaLibrary shapeDefaults doNotEmbedSmartTags decimalSymbol listSeparator
        """,
    }.items()
}
