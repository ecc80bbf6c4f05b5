"""I need an inventory of the photos I share into this, or that I pick when nothing was shared. For every photo note its name, width by height, when it was taken and its file size; mark landscape and portrait; at the end append one line to Photos/log.txt, zip the originals as Photos.zip into my Photos folder, make a PDF of the notes there too, and tell me how many photos were landscape."""
shared = shortcut_input()
if shared:
    If_Result = shared
else:
    picked = is_workflow_actions_selectphoto(WFSelectMultiplePhotos=True)
    If_Result = picked
photos = If_Result
zero = 0
Landscapes = zero
for Repeat_Index, Repeat_Item in enumerate(photos, start=1):
    width = is_workflow_actions_properties_images(WFInput=Repeat_Item, WFContentItemPropertyName="Width")
    height = is_workflow_actions_properties_images(WFInput=Repeat_Item, WFContentItemPropertyName="Height")
    taken = is_workflow_actions_properties_images(WFInput=Repeat_Item, WFContentItemPropertyName="Date Taken")
    if width > height:
        increased = is_workflow_actions_math(WFInput=Landscapes, WFMathOperand=1)
        Landscapes = increased
        If_Result = "landscape"
    else:
        If_Result = "portrait"
    line = f"{Repeat_Index}. {get_property(Repeat_Item, 'Name')}: {width}x{height} {If_Result}, {taken}, {get_property(Repeat_Item, 'File Size')}"
    Report.append(line)
number = is_workflow_actions_count(Input=photos)
notes = is_workflow_actions_text_combine(text=Report)
is_workflow_actions_file_append(WFFilePath="Photos/log.txt", WFInput=f"{current_date()}: {number} photos")
pdf = is_workflow_actions_makepdf(WFInput=notes, WFPDFIncludeMargin=True)
named = is_workflow_actions_setitemname(WFInput=pdf, WFName="Report.pdf")
is_workflow_actions_documentpicker_save(WFInput=named, WFAskWhereToSave=False, WFFileDestinationPath="Photos/Report.pdf", WFSaveFileOverwrite=True)
archive = is_workflow_actions_makezip(WFInput=photos, WFZIPName="Photos.zip")
is_workflow_actions_documentpicker_save(WFInput=archive, WFAskWhereToSave=False, WFFileDestinationPath="Photos/Photos.zip", WFSaveFileOverwrite=True)
is_workflow_actions_alert(WFAlertActionTitle="Done", WFAlertActionMessage=f"{Landscapes} of {number} are landscape", WFAlertActionCancelButtonShown=False)
