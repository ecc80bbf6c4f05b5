"""I paste a lot of JSON. Make the JSON on my clipboard pretty with Jayson, work out its SHA256 fingerprint, and compare that with the fingerprint kept in fingerprint.txt: if they are equal say "Unchanged", if not replace the file with the new one and open the pretty JSON in Jayson."""
pretty = dk_simonbs_Jayson_PrettifyJSONIntent(json=clipboard())
fingerprint = is_workflow_actions_hash(WFInput=pretty, WFHashType="SHA256")
file = is_workflow_actions_documentpicker_open(WFGetFilePath="fingerprint.txt", WFFileErrorIfNotFound=False)
old = is_workflow_actions_detect_text(WFInput=file)
if old == fingerprint:
    is_workflow_actions_showresult(Text="Unchanged")
else:
    is_workflow_actions_documentpicker_save(WFInput=fingerprint, WFAskWhereToSave=False, WFFileDestinationPath="fingerprint.txt", WFSaveFileOverwrite=True)
    dk_simonbs_Jayson_ViewJSONIntent(files=pretty)
