"""Take the PDF I share apart into pages and prepare it for archiving: for each page compute the SHA256 checksum, write page number and checksum as a line of Checksums.txt, and save the page itself to the folder Pages. Then log in to the server nas.local as backup (ask me for the password), run sha256sum -c archive.sums there, and show its answer with the number of pages."""
pages = is_workflow_actions_splitpdf(WFInput=shortcut_input())
for Repeat_Index, Repeat_Item in enumerate(pages, start=1):
    checksum = is_workflow_actions_hash(WFHashType="SHA256", WFInput=Repeat_Item)
    is_workflow_actions_file_append(WFFilePath="Checksums.txt", WFInput=f"{Repeat_Index} {checksum}")
    is_workflow_actions_documentpicker_save(WFInput=Repeat_Item, WFAskWhereToSave=False, WFFileDestinationPath=f"Pages/{Repeat_Index}.pdf", WFSaveFileOverwrite=True)
password = ask_each_time("Password")
log = is_workflow_actions_runsshscript(WFSSHScript="sha256sum -c archive.sums", WFSSHHost="nas.local", WFSSHUser="backup", WFSSHPassword=password)
number = is_workflow_actions_count(Input=pages)
is_workflow_actions_showresult(Text=f"{number} pages\n{log}")
