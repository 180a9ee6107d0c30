@{
    RootModule        = 'lib/ExactCompression.Cmdlets.dll'
    ModuleVersion     = '0.1.0'
    GUID              = '6f3c1b1e-5d0b-4a55-9f6a-3f0f5a3f1c27'
}
