"""Make a collage from photos I choose. If I take four or more lay them out in a grid with 20 pixels between them, otherwise put them side by side. Show me the result and ask whether to save or share it."""
photos = is_workflow_actions_selectphoto(WFSelectMultiplePhotos=True)
number = is_workflow_actions_count(Input=photos)
if number >= 4:
    grid = is_workflow_actions_image_combine(WFInput=photos, WFImageCombineMode="In a Grid", WFImageCombineSpacing=20)
    If_Result = grid
else:
    row = is_workflow_actions_image_combine(WFInput=photos)
    If_Result = row
is_workflow_actions_previewdocument(WFInput=If_Result)
match menu("Happy with it?", ["Save", "Share"]):
    case "Save":
        is_workflow_actions_savetocameraroll(WFInput=If_Result)
    case "Share":
        is_workflow_actions_share(WFInput=If_Result)
