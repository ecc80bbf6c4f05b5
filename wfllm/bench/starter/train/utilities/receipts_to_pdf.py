"""Turn photos of receipts into one PDF. Select the photos, make them smaller (1200 px on the longest edge), ask for a name, merge them and save the PDF in the folder Receipts, replacing an older one with that name; then show it to me."""
photos = is_workflow_actions_selectphoto(WFSelectMultiplePhotos=True)
Repeat_Results = []
for Repeat_Index, Repeat_Item in enumerate(photos, start=1):
    small = is_workflow_actions_image_resize(WFImage=Repeat_Item, WFImageResizeKey="Longest Edge", WFImageResizeLength=1200)
    Repeat_Results.append(small)
pdf = is_workflow_actions_makepdf(WFInput=Repeat_Results)
name = input("Name of the PDF")
named = is_workflow_actions_setitemname(WFInput=pdf, WFName=f"{name}.pdf")
is_workflow_actions_documentpicker_save(WFInput=named, WFAskWhereToSave=False, WFFileDestinationPath=f"Receipts/{name}.pdf", WFSaveFileOverwrite=True)
is_workflow_actions_previewdocument(WFInput=named)
