"""Make a draft tagged lecture either from a textbook page that I photograph, taking the text out of it, or from the web page on my clipboard, turned into Markdown and also kept in my reading list."""
match menu("Source", ["Book", "Web page"]):
    case "Book":
        photo = is_workflow_actions_takephoto()
        words = is_workflow_actions_extracttextfromimage(WFImage=photo)
        Menu_Result = words
    case "Web page":
        is_workflow_actions_readinglist(WFURL=clipboard())
        page = is_workflow_actions_getwebpagecontents(WFInput=clipboard())
        notes = is_workflow_actions_getmarkdownfromrichtext(WFInput=page)
        Menu_Result = notes
com_agiletortoise_Drafts5_CaptureIntent(content=f"{Menu_Result}", tags="lecture")
