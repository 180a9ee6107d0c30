// A matrix on the device, row-major: element [row, column], columns contiguous.
global using MatrixView = ILGPU.Runtime.ArrayView2D<float, ILGPU.Stride2D.DenseY>;

// For each sign target (a row: neuron and sign) some points with their values.
global using RankedView = ILGPU.Runtime.ArrayView2D<ExactCompression.Gpu.Kernels.RankedPoint, ILGPU.Stride2D.DenseY>;
