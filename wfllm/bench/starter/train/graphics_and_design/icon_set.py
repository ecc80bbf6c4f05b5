"""I design app icons. From one picture make square PNGs: store is 1024 pixels, home 180, spotlight 120. If the original is narrower than the biggest of these, warn me with its width and stop. Create a folder Icons and save each file there under its name and size, such as "home-180.png", replacing older ones, then offer the whole set as a zip named after the picture."""
image = is_workflow_actions_selectphoto(WFPhotoPickerTypes=["Images"])
sizes = {"store": 1024, "home": 180, "spotlight": 120}
largest = is_workflow_actions_statistics(Input=sizes.values(), WFStatisticsOperation="Maximum")
width = is_workflow_actions_properties_images(WFInput=image, WFContentItemPropertyName="Width")
if width < largest:
    is_workflow_actions_alert(WFAlertActionTitle="Too small", WFAlertActionMessage=f"{width} pixels only", WFAlertActionCancelButtonShown=False)
    exit_shortcut("Too small")
is_workflow_actions_file_createfolder(WFFilePath="Icons")
Repeat_Results = []
for Repeat_Index, Repeat_Item in enumerate(sizes.keys(), start=1):
    size = sizes[Repeat_Item]
    resized = is_workflow_actions_image_resize(WFImage=image, WFImageResizeWidth=size, WFImageResizeHeight=size)
    png = is_workflow_actions_image_convert(WFInput=resized, WFImageFormat="PNG")
    saved = is_workflow_actions_documentpicker_save(WFInput=png, WFAskWhereToSave=False, WFFileDestinationPath=f"Icons/{Repeat_Item}-{size}.png", WFSaveFileOverwrite=True)
    Repeat_Results.append(saved)
name = is_workflow_actions_getitemname(WFInput=image)
archive = is_workflow_actions_makezip(WFInput=Repeat_Results, WFZIPName=name)
is_workflow_actions_share(WFInput=archive)
