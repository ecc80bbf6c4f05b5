"""Put away the files I share: archives are unpacked and their contents saved to Unpacked, HEIC photos become JPEG in Pictures, everything else goes into one archive named after today's date that I can mail to office@example.com. Say how many files went into it."""
for Repeat_Index, Repeat_Item in enumerate(shortcut_input(), start=1):
    kind = is_workflow_actions_properties_files(WFInput=Repeat_Item, WFContentItemPropertyName="File Extension")
    if kind == "zip":
        contents = is_workflow_actions_unzip(WFArchive=Repeat_Item)
        is_workflow_actions_documentpicker_save(WFInput=contents, WFAskWhereToSave=False, WFFileDestinationPath="Unpacked/")
    else:
        if kind == "heic":
            photo = is_workflow_actions_image_convert(WFInput=Repeat_Item)
            is_workflow_actions_documentpicker_save(WFInput=photo, WFAskWhereToSave=False, WFFileDestinationPath="Pictures/")
        else:
            Others.append(Repeat_Item)
if Others:
    number = is_workflow_actions_count(Input=Others)
    day = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Custom", WFDateFormat="yyyy-MM-dd")
    archive = is_workflow_actions_makezip(WFInput=Others, WFZIPName=f"{day}")
    is_workflow_actions_sendemail(WFSendEmailActionToRecipients="office@example.com", WFSendEmailActionSubject=f"{number} files", WFSendEmailActionInputAttachments=archive)
    is_workflow_actions_speaktext(WFText=f"{number} files packed")
