// A matrix on the device, row-major: element [row, column], columns contiguous.
global using MatrixView = ILGPU.Runtime.ArrayView2D<float, ILGPU.Stride2D.DenseY>;
