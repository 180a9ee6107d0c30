namespace ExactCompression.Experiments;

/// <summary>Places of functions in <c>OrtApi</c>, the table of <c>onnxruntime_c_api.h</c>.</summary>
internal enum OnnxRuntimeFunction
{
    /// <summary>The text of a status.</summary>
    GetErrorMessage = 2,

    /// <summary>Makes the environment.</summary>
    CreateEnv = 3,

    /// <summary>Opens a model in memory.</summary>
    CreateSessionFromArray = 8,

    /// <summary>Runs a model.</summary>
    Run = 9,

    /// <summary>Makes options.</summary>
    CreateSessionOptions = 10,

    /// <summary>Sets the threads inside an operator.</summary>
    SetIntraOpNumThreads = 24,

    /// <summary>Number of inputs.</summary>
    SessionGetInputCount = 30,

    /// <summary>Number of outputs.</summary>
    SessionGetOutputCount = 31,

    /// <summary>Type of an input.</summary>
    SessionGetInputTypeInfo = 33,

    /// <summary>Name of an input.</summary>
    SessionGetInputName = 36,

    /// <summary>Name of an output.</summary>
    SessionGetOutputName = 37,

    /// <summary>Makes a tensor of memory.</summary>
    CreateTensorWithDataAsOrtValue = 49,

    /// <summary>The elements of a tensor.</summary>
    GetTensorMutableData = 51,

    /// <summary>A type as that of a tensor; belongs to the type.</summary>
    CastTypeInfoToTensorInfo = 55,

    /// <summary>Type of the elements.</summary>
    GetTensorElementType = 60,

    /// <summary>Number of axes.</summary>
    GetDimensionsCount = 61,

    /// <summary>Lengths of the axes; -1 where they are open.</summary>
    GetDimensions = 62,

    /// <summary>Number of elements.</summary>
    GetTensorShapeElementCount = 64,

    /// <summary>Type and shape of a tensor.</summary>
    GetTensorTypeAndShape = 65,

    /// <summary>Describes the memory of the CPU.</summary>
    CreateCpuMemoryInfo = 69,

    /// <summary>Frees what an allocator gave.</summary>
    AllocatorFree = 76,

    /// <summary>The allocator of names.</summary>
    GetAllocatorWithDefaultOptions = 78,

    /// <summary>Releases a status.</summary>
    ReleaseStatus = 93,

    /// <summary>Releases a description of memory.</summary>
    ReleaseMemoryInfo = 94,

    /// <summary>Releases a session.</summary>
    ReleaseSession = 95,

    /// <summary>Releases a value.</summary>
    ReleaseValue = 96,

    /// <summary>Releases a type.</summary>
    ReleaseTypeInfo = 98,

    /// <summary>Releases a type with shape.</summary>
    ReleaseTensorTypeAndShapeInfo = 99,

    /// <summary>Releases options.</summary>
    ReleaseSessionOptions = 100,
}
