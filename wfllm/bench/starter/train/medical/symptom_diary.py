"""Keep a symptom diary for my doctor. Menu: log, review, report. Logging lets me choose one or more of headache, nausea, dizziness, pain, rates the severity from 1 to 10 (clamp anything outside), takes an optional note that I dictate, notes the temperature outside, stores the line in the Data Jar list "symptoms", and if the severity is 8 or more offers to call the practice at +1 555 0199. Review shows the entries newest first. Report makes a PDF of all entries with a heading and mails it to praxis@example.com."""
match menu("Symptoms", ["Log", "Review", "Report"]):
    case "Log":
        symptoms = ["headache", "nausea", "dizziness", "pain"]
        chosen = is_workflow_actions_choosefromlist(WFInput=symptoms, WFChooseFromListActionSelectMultiple=True)
        names = is_workflow_actions_text_combine(text=chosen, WFTextSeparator="Custom", WFTextCustomSeparator=", ")
        rating = ask("Severity from 1 to 10", type="Number", default=5)
        severity = com_sindresorhus_Actions_ClampNumberIntent(number=rating, minimum=1, maximum=10)
        remark = is_workflow_actions_dictatetext()
        if remark:
            If_Result = f", {remark}"
        else:
            If_Result = ""
        weather = is_workflow_actions_weather_currentconditions()
        outside = is_workflow_actions_properties_weather_conditions(WFInput=weather, WFContentItemPropertyName="Temperature")
        moment = is_workflow_actions_format_date(WFDate=current_date())
        entry = f"{moment}: {names} {severity}/10{If_Result} ({outside})"
        dk_simonbs_DataJar_InsertValueInArrayIntent(keyPath="symptoms", values=entry)
        if severity >= 8:
            match menu("That is severe. Call the practice?", ["Call", "Not now"]):
                case "Call":
                    practice = "+15550199"
                    com_apple_mobilephone_call(WFCallContact=practice)
                case "Not now":
                    pass
    case "Review":
        entries = dk_simonbs_DataJar_GetValueIntent(keyPath="symptoms")
        is_workflow_actions_choosefromlist(WFInput=entries, WFChooseFromListActionPrompt="Newest first")
    case "Report":
        entries = dk_simonbs_DataJar_GetValueIntent(keyPath="symptoms")
        body = is_workflow_actions_text_combine(text=entries, WFTextSeparator="Custom", WFTextCustomSeparator="\n\n")
        diary = f"# Symptom diary\n\n{body}"
        rich_text = is_workflow_actions_getrichtextfrommarkdown(WFInput=diary)
        report = is_workflow_actions_makepdf(WFInput=rich_text)
        is_workflow_actions_sendemail(WFSendEmailActionToRecipients="praxis@example.com", WFSendEmailActionSubject="Symptom diary", WFSendEmailActionInputAttachments=report)
