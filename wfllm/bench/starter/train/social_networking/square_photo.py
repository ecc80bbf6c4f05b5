"""Make the pictures I select square for my profile grid: crop each around its centre to its shorter side, shrink it to 1080 pixels and save it in my album Social."""
photos = is_workflow_actions_selectphoto(WFSelectMultiplePhotos=True)
for Repeat_Index, Repeat_Item in enumerate(photos, start=1):
    width = is_workflow_actions_properties_images(WFInput=Repeat_Item, WFContentItemPropertyName="Width")
    height = is_workflow_actions_properties_images(WFInput=Repeat_Item, WFContentItemPropertyName="Height")
    if width > height:
        If_Result = height
    else:
        If_Result = width
    square = is_workflow_actions_image_crop(WFInput=Repeat_Item, WFImageCropWidth=If_Result, WFImageCropHeight=If_Result)
    small = is_workflow_actions_image_resize(WFImage=square, WFImageResizeWidth=1080)
    is_workflow_actions_savetocameraroll(WFInput=small, WFCameraRollSelectedGroup="Social")
